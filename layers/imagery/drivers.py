"""Which raster drivers has the GDAL of rasterio? All of them are switched off but the one that is wanted."""

from __future__ import annotations

from typing import Final

RASTER_DRIVERS: Final = (
    *("AAIGrid", "ACE2", "ADRG", "AIG", "AVCBin", "AVCE00", "AirSAR", "BAG", "BIGGIF", "BLX"),
    *("BMP", "BSB", "BT", "BYN", "CALS", "CEOS", "COASP", "COG", "COSAR", "CPG", "CTG", "CTable2"),
    *("DAAS", "DERIVED", "DIMAP", "DIPEx", "DOQ1", "DOQ2", "DTED", "ECRGTOC", "EEDA", "EEDAI"),
    *("EHdr", "EIR", "ELAS", "ENVI", "ERS", "ESAT", "ESRI Shapefile", "ESRIC", "ESRIJSON", "FAST"),
    *("FIT", "GFF", "GIF", "GNMDatabase", "GNMFile", "GPKG", "GRASSASCIIGrid", "GRIB", "GS7BG"),
    *("GSAG", "GSBG", "GSC", "GTI", "GTX", "GTiff", "GXF", "GenBin", "GeoJSON", "GeoJSONSeq"),
    *("HDF5", "HDF5Image", "HF2", "HFA", "HTTP", "ILWIS", "IRIS", "ISCE", "ISG", "ISIS2", "ISIS3"),
    *("JAXAPALSAR", "JDEM", "JP2OpenJPEG", "JPEG", "KMLSUPEROVERLAY", "KRO", "L1B", "LAN", "LCP"),
    *("LOSLAS", "Leveller", "MAP", "MBTiles", "MEM", "MFF", "MFF2", "MRF", "MSGN", "MVT", "Memory"),
    *("NDF", "NGSGEOID", "NITF", "NOAA_B", "NSIDCbin", "NTv2", "NWT_GRC", "NWT_GRD", "OSM", "OZI"),
    *("PAux", "PCIDSK", "PCRaster", "PDF", "PDS", "PDS4", "PLMOSAIC", "PNG", "PNM", "PRF", "R"),
    *("RIK", "RMF", "ROI_PAC", "RPFTOC", "RRASTER", "RS2", "RST", "Rasterlite", "S102", "S104"),
    *("S111", "SAFE", "SAGA", "SAR_CEOS", "SDTS", "SENTINEL2", "SGI", "SIGDEM", "SNAP_TIFF"),
    *("SNODAS", "SQLite", "SRP", "SRTMHGT", "STACIT", "STACTA", "TGA", "TIL", "TSX", "Terragen"),
    *("TopoJSON", "USGSDEM", "VICAR", "VRT", "WCS", "WEBP", "WMS", "WMTS", "XPM", "XYZ", "ZMap"),
    *("Zarr", "netCDF"),
)
