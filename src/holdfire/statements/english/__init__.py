"""English: quotations, cues, speakers and promises in English prose."""
