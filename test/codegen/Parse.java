import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import runwire.Converter;

/** Parses each sample with what quicktype made of the schema, and writes it again. */
class Parse {
    public static void main(String[] arguments) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode sample = mapper.readTree(line);
            out.println(written(sample.get(0).asText(), sample.get(1).toString()));
        }
    }

    private static String written(String type, String json) throws Exception {
        switch (type) {
            case "ModelRequest": return Converter.ModelRequestToJsonString(Converter.ModelRequestFromJsonString(json));
            case "ModelResponse": return Converter.ModelResponseToJsonString(Converter.ModelResponseFromJsonString(json));
            case "RunEventParams": return Converter.RunEventParamsToJsonString(Converter.RunEventParamsFromJsonString(json));
            case "DeltaEvent": return Converter.DeltaEventToJsonString(Converter.DeltaEventFromJsonString(json));
            case "RunResult": return Converter.RunResultToJsonString(Converter.RunResultFromJsonString(json));
            case "RunUsage": return Converter.RunUsageToJsonString(Converter.RunUsageFromJsonString(json));
            case "ModelsListResult": return Converter.ModelsListResultToJsonString(Converter.ModelsListResultFromJsonString(json));
            case "ModelDeltaParamsInput": return Converter.ModelDeltaParamsInputToJsonString(Converter.ModelDeltaParamsInputFromJsonString(json));
            default: throw new IllegalArgumentException("no type " + type);
        }
    }
}
