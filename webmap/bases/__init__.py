"""Base maps: tiles of sources that an administrator declared, fetched or read here, so that pages stay at home.

declared.py  which sources are there (bases.json)
addresses.py under which address does a source have a tile
fetch.py     one request to a source, within its limits
health.py    does a source answer at the moment
cache.py     tiles that were fetched before
archives.py  MBTiles and PMTiles files
shelf.py     all of it together: the tile of a source, or why there is none
"""
