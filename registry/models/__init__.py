"""Who and what: the offices people hold, and the plans they report on. Rights to see are in `registry.grants`."""

from registry.grants import UnitGroupPermission, UnitUserPermission
from registry.models.contracts import Contract, FileMapping
from registry.models.offices import (
    Assignment,
    Government,
    Office,
    Post,
    Reach,
    StandIn,
    Unit,
    User,
    UserManager,
)
from registry.models.plans import (
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetLineVersion,
    BudgetVersion,
    FiscalYear,
    MonthlyPlan,
    Nomenclature,
)

__all__ = [
    "Assignment",
    "BudgetItem",
    "BudgetItemVersion",
    "BudgetLine",
    "BudgetLineVersion",
    "BudgetVersion",
    "Contract",
    "FileMapping",
    "FiscalYear",
    "Government",
    "MonthlyPlan",
    "Nomenclature",
    "Office",
    "Post",
    "Reach",
    "StandIn",
    "Unit",
    "UnitGroupPermission",
    "UnitUserPermission",
    "User",
    "UserManager",
]
