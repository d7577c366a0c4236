"""loginscope beside other readers: the parts of peers.py."""
