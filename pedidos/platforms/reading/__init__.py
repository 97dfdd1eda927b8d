"""What bodies of any platform are made of, read so that no shape of it can raise."""
