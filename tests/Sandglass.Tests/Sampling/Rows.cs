namespace Sandglass.Tests;

/// <summary>Rows of logits for tests.</summary>
internal static class Rows
{
    /// <summary>Roughly normal logits, spread 2.5, in steps of 1/64 when <paramref name="withTies"/> is set.</summary>
    public static float[] Random(int length, int seed, bool withTies = false)
    {
        var random = new Random(seed);
        var row = new float[length];
        for (int i = 0; i < length; i++)
        {
            double sum = 0;
            for (int j = 0; j < 6; j++) sum += random.NextDouble() - 0.5;
            row[i] = (float)(sum * 3.5 - 4);
            if (withTies) row[i] = MathF.Round(row[i] * 8) / 8;
        }
        return row;
    }

    /// <summary>The logits of these probabilities, shifted: only differences matter.</summary>
    public static float[] Of(params double[] probabilities) => [.. probabilities.Select(p => (float)(Math.Log(p) + 3))];
}
