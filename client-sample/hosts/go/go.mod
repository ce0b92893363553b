module runwire.example/host

go 1.19

require github.com/sourcegraph/jsonrpc2 v0.2.3
