//! Location set covering (LSCP).
