"""One file a command: arguments in, the rooms below called in order, files and sentences out.

Lives here: nothing but the commands.
Not here: anything a notebook would want to call.
"""
