namespace Sandglass.Server;

/// <summary>The types that several parameters have.</summary>
internal static class Forms
{
    public static readonly FlagType Flag = new();
    public static readonly WholeType FromZero = new(0, int.MaxValue), FromOne = new(1, int.MaxValue);
    public static readonly RealType Share = new(0, 1), ShareAboveZero = new(0, 1, above: true), Penalty = new(-2, 2);
    public static readonly TextType AnyText = new();
}
