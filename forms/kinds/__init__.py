"""The kinds of component, one module for each family; ``forms.components`` lists them by type."""
