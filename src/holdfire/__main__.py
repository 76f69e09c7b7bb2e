"""Run the command as ``python -m holdfire``."""

from holdfire.cli.main import main

if __name__ == "__main__":
    main()
