"""How fast the desk is on two months of a busy store: `make bench`.

Speeds stand beside what the machine could do at most in the same run: only the ratios travel.
"""
