"""App: names the stages in order, changes cases, and looks at them."""
