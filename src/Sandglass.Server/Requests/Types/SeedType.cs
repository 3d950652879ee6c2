using System.Text.Json;

namespace Sandglass.Server;

/// <summary>Any 64 bits: below 0 those of the two's complement.</summary>
internal sealed class SeedType : ParameterType<Seed>
{
    public override string Expected => "a whole number from -2^63 to 2^64-1";

    public override string Schema => """{"type":"integer","minimum":-9223372036854775808,"maximum":18446744073709551615}""";

    public override Seed Read(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong seed)) return new Seed(seed, false);
        return WholeType.TryWhole(value, out long signed) ? new Seed(unchecked((ulong)signed), signed < 0) : throw Wrong(name, value);
    }
}

/// <summary>A seed.</summary>
/// <param name="Bits">What the engine takes.</param>
/// <param name="IsNegative">Whether it was written as a number below 0, and is answered as one.</param>
internal readonly record struct Seed(ulong Bits, bool IsNegative);
