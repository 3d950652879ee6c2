using System.Globalization;

namespace Sandglass.Planning;

/// <summary>How many replicas so many users need.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="text">A request.</param>
/// <param name="batches">Of one text and more, up to what a replica is run with.</param>
/// <param name="withoutHits">The same if nothing of a prompt is found.</param>
/// <param name="accelerators">Of a replica.</param>
/// <param name="textBytes">Bytes of keys and values of a text.</param>
/// <param name="perHour">Dollars for an hour of an accelerator; null where there is no price.</param>
internal sealed class Staffing(
    ServingOptions options, ServedText text, ServingBatch[] batches, ServingBatch[] withoutHits, int accelerators, long textBytes, double? perHour)
{
    /// <summary>The share of requests that may wait longer than a time to the first token allows.</summary>
    public const double Late = 0.05;

    private const double MostTexts = 1e12;

    /// <param name="users">How many.</param>
    /// <param name="homes">Where idle caches can be, nearest first.</param>
    public ServingScale For(double users, IReadOnlyList<CacheHome> homes)
    {
        double mean = users * options.RequestsPerHour / 3600, rate = mean * options.Peak;
        double most = rate * Math.Max(batches[^1].Seconds, withoutHits[^1].Seconds);
        if (most > MostTexts)
        {
            string expected = string.Create(CultureInfo.InvariantCulture, $"so many that at most {MostTexts:G} texts are served at once");
            throw new PlanException("plan-option", nameof(options.Users), expected, users.ToString("G", CultureInfo.InvariantCulture));
        }
        long replicas = Replicas(rate, batches, text);
        BatchQueue queue = Queue(replicas, rate, batches, text);
        double idle = Math.Min(users, rate * 60 * options.IdleCache.KeptMinutes);
        double? month = perHour * replicas * accelerators * ServingPrice.HoursPerMonth;
        double tokens = mean * 3600 * ServingPrice.HoursPerMonth * (text.Prompt + text.MeanAnswer);
        return new ServingScale
        {
            Users = users,
            RequestsPerSecond = rate,
            Replicas = replicas,
            Accelerators = replicas * accelerators,
            Load = rate / (replicas * batches[^1].RequestsPerSecond),
            Wait95 = queue.WaitBut(Late),
            ReplicasWithoutHits = Replicas(rate, withoutHits, text with { HitRate = 0 }),
            ActiveTexts = queue.MeanTexts,
            ActiveBytes = queue.MeanTexts * textBytes,
            IdleTexts = idle,
            IdleBytes = idle * textBytes,
            IdleShares = [.. Shares(idle, replicas, homes)],
            PerMonth = month,
            PerMillionTokens = month / tokens * 1e6,
        };
    }

    /// <summary>The fewest with which 95 of 100 requests wait no longer than the mean time to the first token, in a full batch, leaves of its objective; as if
    /// a request could go to any place of all replicas.</summary>
    private long Replicas(double rate, ServingBatch[] batches, ServedText text)
    {
        double mayWait = Math.Max(0, options.FirstWithin - batches[^1].SecondsToFirst);
        bool Keeps(long replicas) => Queue(replicas, rate, batches, text).WaitBut(Late) <= mayWait;
        long few = (long)(rate / batches[^1].RequestsPerSecond), enough = few + 1;    // few are less than is offered
        for (long more = 1; !Keeps(enough); more *= 2) (few, enough) = (enough, enough + more);
        while (enough - few > 1)
        {
            long middle = few + (enough - few) / 2;
            if (Keeps(middle)) enough = middle;
            else few = middle;
        }
        return enough;
    }

    private static BatchQueue Queue(long replicas, double rate, ServingBatch[] batches, ServedText text) =>
        BatchQueue.Of(batches.Length, rate, texts => batches[texts - 1].Seconds, batches[^1].VariationOf(text), replicas);

    private static IEnumerable<double> Shares(double idle, long replicas, IReadOnlyList<CacheHome> homes)
    {
        double left = idle;
        foreach (CacheHome home in homes)
        {
            double held = Math.Min(left, replicas * home.Texts);
            left -= held;
            yield return idle == 0 ? 0 : held / idle;
        }
    }
}
