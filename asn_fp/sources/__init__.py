"""Where exposures come from: the only modules that look into FITS files."""
