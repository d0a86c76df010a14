from hotline_lib.intake.reader.process import main

main()
