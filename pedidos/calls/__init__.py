"""What is asked of the shops themselves, over HTTP, outside any transaction."""
