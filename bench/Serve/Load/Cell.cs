namespace Sandglass.ServeBench.Load;

/// <summary>One thing to measure: what is asked of a model, and how hard the server is driven.</summary>
/// <param name="Model">Its file; of a server that runs already, its name.</param>
internal sealed record Cell(string Model, Workload Workload, Point Point)
{
    /// <summary>The model and what is asked of it, as a title.</summary>
    public string Title => $"{(Model.EndsWith(".gguf", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(Model) : Model)}: {Workload}";

    public override string ToString() => $"{Title} · {Point}";
}
