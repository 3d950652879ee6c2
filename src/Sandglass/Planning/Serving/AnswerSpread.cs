namespace Sandglass.Planning;

/// <summary>How much the lengths of answers differ around their mean.</summary>
public enum AnswerSpread
{
    /// <summary>Geometrically: after each token the answer ends with the same chance. Most are short, a few are several times the mean.</summary>
    Geometric,

    /// <summary>Not at all.</summary>
    Fixed,
}
