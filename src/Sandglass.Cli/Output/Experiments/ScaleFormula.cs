using Sandglass.Planning;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary>What was measured of lengths beside what a formula says, against one of them.</summary>
internal sealed class ScaleFormula
{
    private readonly ModelShape _model;
    private readonly IReadOnlyList<ScaleRow> _rows;
    private readonly ScalePlan _base;

    public ScaleFormula(ModelShape model, IReadOnlyList<ScaleRow> rows)
    {
        (_model, _rows) = (model, rows);
        Lengths = [.. rows.Select(row => row.Context).Distinct()];
        Base = Lengths.Contains((int)ScalePlan.Base) ? (int)ScalePlan.Base : Lengths[^1];
        _base = ScalePlan.For(model, Base);
    }

    /// <summary>Those that were measured.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>The length that others are compared with: 8,192, or the longest where that was not measured.</summary>
    public int Base { get; }

    /// <summary>Operations of a length.</summary>
    public ScalePlan Plan(int context) => ScalePlan.For(_model, context);

    /// <summary>Operations against those of the base.</summary>
    public double Work(string what, int context)
    {
        ScalePlan plan = Plan(context);
        return what == ScaleRow.Prompt ? plan.Total / _base.Total : (plan.TokenAttention + plan.TokenWeights) / (_base.TokenAttention + _base.TokenWeights);
    }

    /// <summary>Operations of attention alone against those of the base.</summary>
    public double Attention(string what, int context)
    {
        ScalePlan plan = Plan(context);
        return what == ScaleRow.Prompt ? plan.Quadratic / _base.Quadratic : plan.TokenAttention / _base.TokenAttention;
    }

    /// <summary>The measured time against that of the base.</summary>
    public double Time(string what, int context) => Seconds(what, context) / Seconds(what, Base);

    /// <summary>Where attention has more operations than the weights; null where it never has.</summary>
    public long? Crossing(string what) => ScalePlan.Crossing(_model, ofToken: what == ScaleRow.Token);

    private double Seconds(string what, int context) =>
        _rows.First(row => row.What == what && row.Source == ScaleRow.Measured && row.Context == context).Seconds!.Value;
}
