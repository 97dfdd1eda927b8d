"""The environment of an installation that was set up well, servers apart."""

from cryptography.fernet import Fernet

SOUND = {
    "EVENDAS_SECRET_KEY": "x" * 50,
    "EVENDAS_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "EVENDAS_PUBLIC_URL": "https://sac.loja.test",
    "EVENDAS_GATEWAY_URL": "http://127.0.0.1:9",
    "EVENDAS_GATEWAY_KEY": "a-key",
    "EVENDAS_EMAIL_URL": "dummymail://",
}
