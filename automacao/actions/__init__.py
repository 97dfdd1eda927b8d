"""Changes to a store's numbers: what the gateway reports of them, and what we ask of it."""
