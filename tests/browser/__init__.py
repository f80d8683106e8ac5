"""The desk's pages, driven as people drive them."""
