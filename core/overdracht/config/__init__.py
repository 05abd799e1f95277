"""The configuration: `overdracht.toml`, which says who the organisation is and where its data is."""

from overdracht.config.load import connectors_of, load, locate
from overdracht.config.model import Config, Organisation, Source
from overdracht.config.template import template

__all__ = ["Config", "Organisation", "Source", "connectors_of", "load", "locate", "template"]
