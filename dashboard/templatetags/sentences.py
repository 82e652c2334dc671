"""What stands in rows in English, written in the language of the page."""

from django import template

from sending import sentences

register = template.Library()

register.filter("told", sentences.told)
register.filter("rule_name", sentences.rule)
register.filter("is_of_typology", sentences.is_of_typology)
