"""The JSON API: a store's own programs put its orders here, and read them back.

It is one more shop (`Source`, platform "api"), so whatever works with orders works with these. Yet
it keeps no deliveries: a PUT is recorded before it is answered, what is wrong with it is said to
the program that can mend it, and whoever got no answer sends the same again, to the same effect.
The texts that describe it are in Portuguese: developers of stores read them at /api/docs.
"""
