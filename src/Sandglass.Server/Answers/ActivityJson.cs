using System.Text.Json;
using Sandglass.Generation;
using Sandglass.KvCache;

namespace Sandglass.Server;

/// <summary>What an engine does as JSON, as <c>contract/activity.schema.json</c> has it.</summary>
/// <remarks>Nobody is told of a text more than how it goes on: no word, no id, no name. Where keys are needed only its own holder is told how long it is and how many
/// tokens it has in a step: of another's the number would tell how much of its prompt was cached, and which guesses held. Tenants are numbered as this caller
/// meets them, so that nobody keeps a diary of another.</remarks>
/// <param name="caller">Who is told.</param>
internal sealed class ActivityJson(Caller caller)
{
    private const string Format = "sandglass-activity";
    private const int Version = 1;

    private readonly Dictionary<string, int> _tenants = [];

    /// <summary>The first event: what is watched.</summary>
    public void WriteStart(Utf8JsonWriter json, ServedModel served)
    {
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteNumber("version", Version);
        json.WriteString("model", served.Id);
        json.WriteBoolean("keys", caller.Holder is not null);
        json.WriteNumber("maxBatch", served.Model.Options.MaxBatch);
        json.WriteNumber("pagePositions", CacheShape.PagePositions);
        json.WriteEndObject();
    }

    /// <summary>What some steps did.</summary>
    public void WriteSnapshot(Utf8JsonWriter json, ActivitySnapshot snapshot)
    {
        BatchStep last = snapshot.Last!;
        json.WriteStartObject();
        json.WriteNumber("step", last.Number);
        json.WriteNumber("lost", snapshot.Lost);
        Milliseconds(json, "atMs", last.At);
        Milliseconds(json, "ms", snapshot.Time);
        json.WriteStartArray("rows");
        foreach (int rows in snapshot.Rows) json.WriteNumberValue(rows);
        json.WriteEndArray();
        json.WriteNumber("read", snapshot.Read);
        json.WriteNumber("written", snapshot.Written);
        json.WriteStartObject("perSecond");
        json.WriteNumber("read", last.ReadInSecond);
        json.WriteNumber("written", last.WrittenInSecond);
        json.WriteEndObject();
        json.WriteStartObject("pages");
        json.WriteNumber("all", last.Pages);
        json.WriteNumber("held", last.HeldPages);
        json.WriteNumber("kept", last.KeptPages);
        json.WriteEndObject();
        json.WriteStartObject("more");
        json.WriteNumber("running", last.MoreRunning);
        json.WriteNumber("waiting", last.MoreWaiting);
        json.WriteEndObject();
        json.WriteStartArray("places");
        foreach (PlaceHistory place in snapshot.Places) Place(json, place, snapshot.Rows.Count);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Place(Utf8JsonWriter json, PlaceHistory history, int steps)
    {
        BatchPlace place = history.Last;
        bool isOwn = place.Tenant == caller.Tenant;
        json.WriteStartObject();
        json.WriteNumber("text", place.Text);
        json.WriteNumber("tenant", Number(place.Tenant));
        json.WriteBoolean("own", isOwn);
        json.WriteString("phase", history.IsGone(steps) ? "over" : Name(place.Phase));
        if (isOwn)
        {
            json.WriteNumber("prompt", place.Prompt);
            json.WriteNumber("written", place.Written);
            json.WriteNumber("positions", place.Positions);
            json.WriteNumber("pages", place.Pages);
        }
        json.WriteStartArray("runs");
        foreach ((int count, PlacePhase? phase, int rows, int wrote) in isOwn ? history.Runs : Coarse(history.Runs))
        {
            json.WriteStartArray();
            json.WriteNumberValue(count);
            json.WriteStringValue(phase is PlacePhase known ? Name(known) : "absent");
            json.WriteNumberValue(rows);
            json.WriteNumberValue(wrote);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // that it had tokens in a step, not how many
    private static List<(int Count, PlacePhase? Phase, int Rows, int Wrote)> Coarse(IEnumerable<(int Count, PlacePhase? Phase, int Rows, int Wrote)> runs)
    {
        List<(int Count, PlacePhase? Phase, int Rows, int Wrote)> coarse = [];
        foreach ((int count, PlacePhase? phase, int rows, int wrote) in runs)
        {
            (int some, int any) = (Math.Min(rows, 1), Math.Min(wrote, 1));
            if (coarse is [.., var last] && (last.Phase, last.Rows, last.Wrote) == (phase, some, any)) coarse[^1] = last with { Count = last.Count + count };
            else coarse.Add((count, phase, some, any));
        }
        return coarse;
    }

    private int Number(string tenant)
    {
        if (!_tenants.TryGetValue(tenant, out int number)) _tenants.Add(tenant, number = _tenants.Count + 1);
        return number;
    }

    private static string Name(PlacePhase phase) => phase switch
    {
        PlacePhase.Waiting => "waiting",
        PlacePhase.Reading => "reading",
        PlacePhase.Writing => "writing",
        PlacePhase.Resting => "resting",
        _ => "preempted",
    };

    // a microsecond is as much as the clock can tell
    private static void Milliseconds(Utf8JsonWriter json, string name, TimeSpan time) => json.WriteNumber(name, Math.Round(time.TotalMilliseconds, 3));
}
