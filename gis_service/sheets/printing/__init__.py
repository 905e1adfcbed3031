"""Pages as files: PDF and PNG by Typst, PPTX with native shapes."""
