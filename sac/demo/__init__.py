"""The story the demo tells: two small web shops, their people, their customers, what was said.

Texts are in `dialogues/`, when they happen is `timetable.py`; `sac/story.py` lets them happen.
"""

from sac.demo.people import AURORA, BOREAL, SHOPS, Person, Shop

STORE = AURORA.name

__all__ = ["AURORA", "BOREAL", "SHOPS", "STORE", "Person", "Shop"]
