namespace Sandglass.Server;

/// <summary>The models of a server, by the names in requests.</summary>
internal sealed class ServedModels
{
    private readonly Dictionary<string, ServedModel> _byId;

    /// <exception cref="ArgumentException">There is none, or two have one name.</exception>
    public ServedModels(IReadOnlyList<ServedModel> models)
    {
        if (models.Count == 0) throw new ArgumentException("A server needs at least one model.", nameof(models));
        All = models;
        _byId = [];
        foreach (ServedModel model in models)
        {
            if (!_byId.TryAdd(model.Id, model)) throw new ArgumentException($"Two models are called {model.Id}; give one another name.", nameof(models));
        }
    }

    /// <summary>All of them, in the order in which they were given.</summary>
    public IReadOnlyList<ServedModel> All { get; }

    /// <summary>The model of a request: the one that it names, or where it names none the only one.</summary>
    /// <exception cref="RequestException">No such model is served, or none is named where there are several.</exception>
    public ServedModel Find(string? id)
    {
        if (id is null) return All.Count == 1
            ? All[0]
            : throw new RequestException("parameter-missing", $"Several models are served, so a request names one: expected model to be {Names}.", "model");
        return _byId.TryGetValue(id, out ServedModel? model)
            ? model
            : throw new RequestException("model_not_found", $"The model `{Words.Short(id)}` does not exist here; expected {Names}.", "model");
    }

    private string Names => Words.List([.. All.Select(model => $"`{model.Id}`")], "or");
}
