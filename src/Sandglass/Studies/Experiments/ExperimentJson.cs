using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sandglass.Studies;

/// <summary>Rows as JSON: names in lower camel case, and no field for what a row does not have.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TemperatureRow))]
[JsonSerializable(typeof(RepetitionRow))]
[JsonSerializable(typeof(DriftRow))]
[JsonSerializable(typeof(SpeculationRow))]
[JsonSerializable(typeof(QuantRow))]
[JsonSerializable(typeof(WindowRow))]
[JsonSerializable(typeof(BatchRow))]
[JsonSerializable(typeof(ForgetRow))]
[JsonSerializable(typeof(MiddleRow))]
[JsonSerializable(typeof(ScaleRow))]
[JsonSerializable(typeof(ForkRow))]
[JsonSerializable(typeof(CacheStudyWay))]
internal sealed partial class ExperimentJson : JsonSerializerContext;
