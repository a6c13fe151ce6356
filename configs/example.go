package configs

import _ "embed"

//go:embed qunguan.example.yaml
var example string

// Example returns the commented example file. It loads once its blanks are filled in.
func Example() string { return example }
