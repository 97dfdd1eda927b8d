"""The shops orders come from, one folder-less module each: the only code that knows their words."""
