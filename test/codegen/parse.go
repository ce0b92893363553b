// Parses each sample with what quicktype made of the schema, and writes it again.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
)

func parse(kind string, value []byte) (any, error) {
	switch kind {
	case "ModelRequest":
		return UnmarshalModelRequest(value)
	case "ModelResponse":
		return UnmarshalModelResponse(value)
	case "RunEventParams":
		return UnmarshalRunEventParams(value)
	case "DeltaEvent":
		return UnmarshalDeltaEvent(value)
	case "RunResult":
		return UnmarshalRunResult(value)
	case "RunUsage":
		return UnmarshalRunUsage(value)
	case "ModelsListResult":
		return UnmarshalModelsListResult(value)
	case "ModelDeltaParamsInput":
		return UnmarshalModelDeltaParamsInput(value)
	}
	return nil, fmt.Errorf("no type %s", kind)
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	for decoder := json.NewDecoder(lines); decoder.More(); {
		var sample [2]json.RawMessage
		var kind string
		check(decoder.Decode(&sample))
		check(json.Unmarshal(sample[0], &kind))
		parsed, err := parse(kind, sample[1])
		check(err)
		written, err := json.Marshal(parsed)
		check(err)
		fmt.Println(string(written))
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
