namespace Sandglass.Chat;

/// <summary>What <c>loop</c> tells of the loop's turn.</summary>
internal static class LoopMembers
{
    public static bool TryGet(Rendering rendering, LoopValue loop, string name, out object? found)
    {
        switch (name)
        {
            case "index": found = loop.Index + 1L; return true;
            case "index0": found = (long)loop.Index; return true;
            case "revindex": found = loop.Count - loop.Index; return true;
            case "revindex0": found = loop.Count - loop.Index - 1; return true;
            case "first": found = loop.IsFirst; return true;
            case "last": found = loop.IsLast; return true;
            case "length": found = loop.Count; return true;
            case "depth": found = loop.Depth + 1L; return true;
            case "depth0": found = (long)loop.Depth; return true;
            case "previtem": found = loop.IsFirst ? new Undefined("there is no previous item") : loop.Previous; return true;
            case "nextitem": found = loop.Next; return true;
            case "cycle": found = new Function((_, arguments) => Cycle(loop, arguments)); return true;
            case "changed": found = new Function((_, arguments) => loop.HasChanged(arguments.Positional)); return true;
            default: found = null; return false;
        }
    }

    private static object? Cycle(LoopValue loop, Arguments arguments) => arguments.Positional.Length == 0
        ? throw new TemplateException("template-value", "loop.cycle: expected at least one value to cycle through.")
        : arguments.Positional[loop.Index % arguments.Positional.Length];
}
