"""A stand-in for the WhatsApp gateway and for the customers' phones. Runs in demos and tests only.

It speaks the REST and the webhooks of Evolution API 2.3.6, keeps its own state in a JSON file and
never touches the database. `manage.py simulator` starts it.
"""
