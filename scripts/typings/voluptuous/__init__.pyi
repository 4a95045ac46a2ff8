# Home Assistant serves `import voluptuous` from probatio, under the names of voluptuous: so do the types.
from probatio import *
