"""Make, measure and describe models."""
