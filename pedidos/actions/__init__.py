"""What becomes of orders: one transaction each, under the order's lock."""
