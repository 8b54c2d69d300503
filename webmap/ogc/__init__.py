"""The map for the programs of others: OGC API - Features, Part 1 (OGC 17-069r4), Core, GeoJSON, HTML and OpenAPI 3."""

from __future__ import annotations
