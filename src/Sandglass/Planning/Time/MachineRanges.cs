namespace Sandglass.Planning;

/// <summary>What the figures of a machine's file can be: wide enough for any machine, and no plan from them leaves the numbers.</summary>
internal static class MachineRanges
{
    private const int MostSpeeds = 1024, MostEntries = 64, MostThreads = 1 << 16, MostRows = 1 << 20, MostLetters = 256;
    private const double Most = 1e18, Least = 1e-18, MostSeconds = 1000;

    /// <summary>Refuses what cannot be.</summary>
    /// <param name="machine">As it was read.</param>
    /// <param name="wrong">The refusal: what is expected, what was found.</param>
    public static void Check(MeasuredMachine machine, Func<string, string, PlanException> wrong)
    {
        void Require(bool holds, string expected, string found)
        {
            if (!holds) throw wrong(expected, found);
        }

        void Figures(string what, double least, double most, params IEnumerable<double> figures)
        {
            foreach (double one in figures)
                Require(one >= least && one <= most, FormattableString.Invariant($"{what} from {least:G} to {most:G}"),
                    FormattableString.Invariant($"{one:G}"));
        }

        Require(machine.Title.Length <= MostLetters && machine.Kernels.Length <= MostLetters, $"a title of at most {MostLetters} letters", "more");
        Require(machine.Speeds.Count is > 0 and <= MostSpeeds && !machine.Speeds.Contains(null!), $"1 to {MostSpeeds} speeds", "none, more, or null");
        Figures("memoryBytes", 1, Most, machine.MemoryBytes);
        foreach (MeasuredSpeed speed in machine.Speeds)
        {
            Figures("threads", 1, MostThreads, speed.Threads);
            Require(speed is { Reads.Count: > 0 and <= MostEntries, Products.Count: > 0 and <= MostEntries, Attention.Count: > 0 and <= MostEntries },
                $"1 to {MostEntries} each of reads, products and attention", "none or more");
            Require(!speed.Reads.Contains(null!) && !speed.Products.Contains(null!) && !speed.Attention.Contains(null!), "objects", "null");
            Figures("rates", 1, Most, speed.BytesPerSecond, speed.Fp32OperationsPerSecond, speed.Int8OperationsPerSecond);
            Figures("bytes of reads", 1, Most, speed.Reads.Select(static one => one.Bytes));
            Figures("secondsPerByte of reads", Least, 1, speed.Reads.Select(static one => one.SecondsPerByte));
            Require(IsRising(speed.Reads.Select(static one => one.Bytes)), "reads of rising bytes", "others");
            foreach (ProductSpeed product in speed.Products)
            {
                string what = $"products with {product.Type}";
                int rows = product.Rows.Count;
                bool areAlike = rows is > 1 and <= MostEntries && product.Memory.Count == rows && product.Cached.Count == rows
                    && product.Output.Count == rows;
                Require(areAlike, $"rows, memory, cached and output of the same length, 2 to {MostEntries}, of {what}", "others");
                Require(product.Rows[0] == 1 && product.Rows[^1] <= MostRows && IsRising(product.Rows.Select(static one => (double)one)),
                    $"rows that rise from 1, up to {MostRows}, of {what}", "others");
                Figures($"memory and cached of {what}", Least, 1, [.. product.Memory, .. product.Cached]);
                Figures($"output of {what}", 0, 1, product.Output);
            }
            foreach (AttentionSpeed attention in speed.Attention)
            {
                AttentionTerms[] terms = [attention.Memory, attention.Cached, attention.Prompt];
                Figures($"attention with {attention.Type}", 0, 1, terms.SelectMany(static one => new[] { one.PerValue, one.PerMultiplyAdd, one.PerScore }));
            }
            foreach (StepOverhead one in (StepOverhead[])[speed.Integers, speed.Floats])
                Figures("integers and floats", 0, MostSeconds,
                    one.Step, one.Token, one.Layer, one.WidthValue, one.FeedForwardValue, one.Alone, one.Together, one.Text, one.Score);
        }
    }

    private static bool IsRising(IEnumerable<double> numbers) => numbers.Zip(numbers.Skip(1)).All(static pair => pair.First < pair.Second);
}
