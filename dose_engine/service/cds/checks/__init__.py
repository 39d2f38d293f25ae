"""The rules of the checker. Every public function of a module here is one rule: its name is the code, its docstring what is right.

A rule takes an `Answer` and yields `(where, what is wrong)`. Where another rule already speaks (a missing part, an empty text), it is
silent, so that one mistake is one problem.
"""
