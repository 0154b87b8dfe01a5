module peertrial

go 1.21
