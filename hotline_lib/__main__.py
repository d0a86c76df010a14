from hotline_lib.cli import main

main()
