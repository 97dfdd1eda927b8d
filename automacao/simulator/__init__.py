"""A stand-in for the WhatsApp gateway, the customers' phones and the store's web shop.

Runs in demos and tests only. It speaks the REST and the webhooks of Evolution API 2.3.6 and the
webhooks of WooCommerce, keeps its own state in a JSON file and never touches the database.
`manage.py simulator` starts it.
"""
