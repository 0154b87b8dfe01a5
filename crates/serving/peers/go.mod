module serving

go 1.21

require peertrial v0.0.0

replace peertrial => ../../../shared/test-fixtures/peers/go
