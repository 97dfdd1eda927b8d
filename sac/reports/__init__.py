"""Relatórios: what the service did in a stretch of days, read off the trail of tickets."""
