module process-pool

go 1.22

require peertrial v0.0.0

replace peertrial => ../../../shared/test-fixtures/peers/go
