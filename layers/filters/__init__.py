"""Which features of a layer are asked for?

A filter is a list of conditions, written compactly in addresses (`state.any.idle;area_mu.over.20`). Each condition is an
operator on a facet, and comes down to a test; from the tests follow the SQL (layers/store), the expression of the map,
the predicate in Python, and the sentence that people read.
"""

from layers.filters.address import LONGEST, parse
from layers.filters.condition import Condition, Filter, Nothing
from layers.filters.expression import expression
from layers.filters.facets import Facet, facets_of
from layers.filters.predicate import passes
from layers.filters.questions import Question, questions_of

__all__ = [
    "LONGEST",
    "Condition",
    "Facet",
    "Filter",
    "Nothing",
    "Question",
    "expression",
    "facets_of",
    "parse",
    "passes",
    "questions_of",
]
