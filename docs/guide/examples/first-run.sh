runwire run --model test "Hello."
