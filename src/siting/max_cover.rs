//! Maximal covering (MCLP).
