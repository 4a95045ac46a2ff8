"""The steps in which a person sets up the site: one module per kind of subentry on one shared base."""
