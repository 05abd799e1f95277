"""`python -m overdracht` is `overdracht`."""

from overdracht.cli.main import main

main()
